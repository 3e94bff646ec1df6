"""A live page is always identical to a freshly loaded one."""
