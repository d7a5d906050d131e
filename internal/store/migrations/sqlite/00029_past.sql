-- +goose Up
-- What was other than recorded at a moment.
ALTER TABLE drift ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drift ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
UPDATE drift SET since = CAST(strftime('%s', json_extract(body, '$.since')) AS INTEGER) * 1000000,
    ended_at = COALESCE(CAST(strftime('%s', json_extract(body, '$.endedAt')) AS INTEGER) * 1000000, 0);
CREATE INDEX drift_past ON drift (scope, ended_at, since, component, environment) WHERE ended_at > 0;

-- When an agent that is trusted was last heard of; 0: never, or it is not trusted any more.
ALTER TABLE agent ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
UPDATE agent SET heard = COALESCE(CAST(strftime('%s', json_extract(body, '$.seenAt')) AS INTEGER) * 1000000, 0)
    WHERE json_extract(body, '$.revokedAt') IS NULL;
CREATE INDEX agent_heard ON agent (scope, heard, name) WHERE heard > 0;
