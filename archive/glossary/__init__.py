"""The words of the trade: plain files that a doctor can read and extend, one for each specialty.

A file is a table of tab-separated columns in UTF-8, as every spreadsheet and text editor opens it. Its first line is

    term    pinyin    english    synonyms    misheard

`term` is what is to be written; `pinyin` is given where a reader would doubt it (syllables apart, without tones, `v`
for ü, several ways between semicolons); `synonyms` are other right ways to say the same; `misheard` are wrong ways in
which it is often written down, for those that do not sound like it. Several of them stand between semicolons. Lines
that begin with `#` are headings.
"""

from archive.glossary.model import Glossary, Term
from archive.glossary.own import put, remove
from archive.glossary.table import SUFFIX, load, specialties

__all__ = ["SUFFIX", "Glossary", "Term", "load", "put", "remove", "specialties"]
