"""`fazhi ocr`: its command."""
