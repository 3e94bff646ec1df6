"""One script a question. Each compares two things in one run, because machines differ and are shared."""
