"""What a text is to the archive: new report, further version, unchanged, or a known report at another address.

The same code runs in a live run and in a rebuild, so both make the same rows. `ledger` takes what was seen; `identity`
decides what it is; `new_reports`, `versions`, `page_states`, `shrunk_texts` and `varying_urls` handle one case each;
`pages_due` says which known pages a crawl asks for.
"""
