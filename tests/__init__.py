"""The tests mirror the source; services/ holds the real servers they run against."""
