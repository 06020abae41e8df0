"""How list pages are read, whatever system made them: links with titles and dates, JSON, and the way to the next page."""
