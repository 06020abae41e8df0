"""Documents of each format that tests read, made from texts. Each module is one format; the same arguments give the same bytes."""
