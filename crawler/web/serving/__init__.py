"""What stands around the pages: `server` runs the site, `guard` refuses and adds headers, `problems` answers errors."""
