"""Work fans out over PostgreSQL through procrastinate (https://procrastinate.readthedocs.io)."""
