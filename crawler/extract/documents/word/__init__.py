"""What the formats of word processors (DOCX, RTF) share: fields, and how paragraphs and table rows become lines."""
