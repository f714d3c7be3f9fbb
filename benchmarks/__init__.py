"""Measurements that anyone can run: ``python -m benchmarks NAME --data PATH``. Ours against the article's own recipe."""
