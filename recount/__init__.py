"""The independent recount: from the export of an examination it recomputes every result, seal, draw and chain.

Standard library and ``regulation`` only: it imports nothing of the services, so no fault of theirs is repeated here.
"""
