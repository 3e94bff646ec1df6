"""The demo: the first edition of a real programme, with invented people around it.

What is real (`first_edition.json`) shows its facts and says nothing; everybody who speaks is invented (`texts/`), and
is marked as a sample wherever they appear.
"""
