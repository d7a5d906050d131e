-- +goose Up
-- The words of the record's entries. All of it is made from record_entry and can be made again.
CREATE TABLE record_scope (
    number INTEGER PRIMARY KEY, -- of the scope; word rows have it in their id
    scope  TEXT NOT NULL UNIQUE,
    size   INTEGER NOT NULL -- entries whose words are here: those before this place
) STRICT;

-- The rowid is the scope's number times 2^40 and the entry's place. Words come
-- ready made: the tokenizer only has to part them.
CREATE VIRTUAL TABLE record_word USING fts5(
    words, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '.-_/@:+='"
);

-- The earliest and the latest time in each 1,024 entries.
CREATE TABLE record_span (
    scope TEXT NOT NULL,
    block INTEGER NOT NULL,
    least INTEGER NOT NULL,
    most  INTEGER NOT NULL,
    PRIMARY KEY (scope, block)
) STRICT;
