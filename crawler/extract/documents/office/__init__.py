"""Word documents of XML: DOCX and DOCM, Flat OPC and Word 2003 XML (ECMA-376, ISO/IEC 29500)."""
