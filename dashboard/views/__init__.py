"""The pages: each shows what the house answers, and holds no query."""
