"""What people put right at the portal's desk: sentences of a transcript.

An edit is acknowledged once it is a row; a few seconds later, rows become one version of the recording's object.
"""
