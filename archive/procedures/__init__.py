"""The standard steps of operations, as plain tables that a doctor can read and a hospital adds its own to.

Each file of `steps/` is one operation. Its first line names the columns (name, chinese, english, synonyms), tabs
between them; the row `procedure` names the operation, every other row one step, in their order. Synonyms stand between
semicolons: of the operation what else it is called in a recording's description, of a step words that tell it.
"""

from archive.procedures.table import Procedure, Step, load, match, own_files, read

__all__ = ["Procedure", "Step", "load", "match", "own_files", "read"]
