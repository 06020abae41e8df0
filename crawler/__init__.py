"""Crawler and archive of 法治政府建设情况报告, the yearly reports on building rule-of-law government."""

__version__ = "0.2.0"
