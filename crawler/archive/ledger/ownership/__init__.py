"""Which site publishes a report. Only its pages make versions; pages elsewhere are locations.

`sites` keeps what is known of each site. `publisher` decides which site publishes a report and which pages are its own.
`outside` orders what imports and merged archives brought after what the archive saw itself.
"""
