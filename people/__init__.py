"""Who you are: persons, their organisations, how they sign in and what they prefer.

Other packages may import the nouns; the web folder is for server/app.py and for the doors of packages above.
"""
