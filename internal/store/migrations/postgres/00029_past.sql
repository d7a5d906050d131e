-- +goose Up
-- What was other than recorded at a moment.
ALTER TABLE drift ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE drift ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
UPDATE drift SET since = (extract(epoch FROM (body::jsonb->>'since')::timestamptz) * 1000000)::bigint,
    ended_at = COALESCE((extract(epoch FROM (body::jsonb->>'endedAt')::timestamptz) * 1000000)::bigint, 0);
CREATE INDEX drift_past ON drift (scope, ended_at, since, component, environment) WHERE ended_at > 0;

-- When an agent that is trusted was last heard of; 0: never, or it is not trusted any more.
ALTER TABLE agent ADD COLUMN heard BIGINT NOT NULL DEFAULT 0;
UPDATE agent SET heard = COALESCE((extract(epoch FROM (body::jsonb->>'seenAt')::timestamptz) * 1000000)::bigint, 0)
    WHERE body::jsonb->>'revokedAt' IS NULL;
CREATE INDEX agent_heard ON agent (scope, heard, name) WHERE heard > 0;
