"""What only a terminal shows: tables that fit its width, and the line of progress of a crawl."""
