-- +goose Up
-- The words of the record's entries. All of it is made from record_entry and can be made again.
CREATE TABLE record_scope (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- of the scope; word rows have it in their id
    scope  TEXT COLLATE "C" NOT NULL UNIQUE,
    size   BIGINT NOT NULL -- entries whose words are here: those before this place
);

-- The rowid is the scope's number times 2^40 and the entry's place. Words come ready made.
CREATE TABLE record_word (
    rowid BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX record_word_words ON record_word USING gin (words);

-- The earliest and the latest time in each 1,024 entries.
CREATE TABLE record_span (
    scope TEXT COLLATE "C" NOT NULL,
    block BIGINT NOT NULL,
    least BIGINT NOT NULL,
    most  BIGINT NOT NULL,
    PRIMARY KEY (scope, block)
);
