"""Read OFD documents (GB/T 33190-2016): a ZIP container of XML that draws text at positions, as a PDF does."""
