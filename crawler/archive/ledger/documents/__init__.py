"""Documents that pages offer as their texts: their rows (`rows`), and reports whose text cannot be read yet (`unread`)."""
