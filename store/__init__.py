"""What is kept: SQLite through SQLModel, its migrations, and the vault. Opens no socket."""
