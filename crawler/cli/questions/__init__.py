"""Commands that answer questions from an archive, one module a command. Each makes one call of `crawler.questions`."""
