"""Read list pages, whatever CMS made them.

- `links`: links with titles and dates; `json_list`: the same from JSON, which `near_json` parses
- `records`, `encoded`: links in records of XML, and in base64; `entry_dates`: the date of an entry
- `paging`: rules that lead to the next page; `ranges`, `page_parameter`, `frames`: further ones
- `numbering`: statements in scripts of how many pages there are; `stated`: what a page states of its list's length
- `calls`, `query`: what a script sends to a server; parameters of addresses
"""
