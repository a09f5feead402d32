"""Do segments say anything about what customers do next?"""
