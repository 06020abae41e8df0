"""TODO archive/ledger"""
