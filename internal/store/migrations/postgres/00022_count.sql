-- +goose Up
-- How many deployments are in which state, changed with each of them: counting a million takes a second.
CREATE TABLE deployment_count (
    scope       TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    result      TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    PRIMARY KEY (scope, environment, state, result)
);
INSERT INTO deployment_count (scope, environment, state, result, number)
    SELECT scope, environment, state, result, COUNT(*) FROM deployment GROUP BY scope, environment, state, result;

-- Deployments in some states or with some results, newest first.
CREATE INDEX deployment_outcome ON deployment (scope, state, result, number);
CREATE INDEX deployment_outcome_in ON deployment (scope, environment, state, result, number);
DROP INDEX deployment_counted;
DROP INDEX deployment_state;

-- Indexes by time have no condition on the time itself: with it, a search by time begins at the beginning of all times.
DROP INDEX deployment_strip;
CREATE INDEX deployment_strip ON deployment (scope, begins, environment, result);
DROP INDEX deployment_past_time;
CREATE INDEX deployment_past_time ON deployment (scope, begins, ends) WHERE closed = 1;
DROP INDEX deployment_ended;
CREATE INDEX deployment_ended ON deployment (scope, ended_at);
