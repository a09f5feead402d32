"""Map the UCI Online Retail invoice lines to habitue's canonical order lines.

Usage: python uci_online_retail.py transactions.parquet order_lines.parquet
"""

import sys

import duckdb

CANONICAL = """
    select
        InvoiceNo as order_id,
        InvoiceDate as ordered_at,
        CustomerID as user_id,
        StockCode as product_id,
        Quantity as quantity,
        UnitPrice as unit_price,
        'GBP' as currency,
        case when starts_with(InvoiceNo, 'C') then 'cancelled' else 'completed' end
            as status
    from read_parquet(?)
"""

source, destination = sys.argv[1:]
duckdb.sql(CANONICAL, params=[source]).write_parquet(destination)
