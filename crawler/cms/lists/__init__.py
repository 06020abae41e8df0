"""Read list pages, whatever CMS made them.

- `links`: links with titles and dates; `json_list`: the same from JSON, which `near_json` parses
- `paging`: rules that lead to the next page; `numbering`: statements in scripts of how many pages there are
"""
