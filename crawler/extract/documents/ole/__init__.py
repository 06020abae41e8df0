"""Read documents in compound files (OLE): DOC of Word 6 to 2003, and WPS of Kingsoft, which has the same structure."""
