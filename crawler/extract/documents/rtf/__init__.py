"""RTF (Rich Text Format, version 1.9.1): tokens, groups, and the text in them."""
