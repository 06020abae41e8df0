"""Commands for those who add to fazhi: `checking` visits sites, `cms` explains how a page is read, `formatting` puts sources.yaml in order."""
