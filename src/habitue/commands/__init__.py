"""What the command line does, a file for each command or group of them."""
