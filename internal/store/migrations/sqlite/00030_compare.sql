-- +goose Up
-- What stands in an environment is counted by digest too, without reading its rows.
DROP INDEX presence_now_of;
CREATE INDEX presence_now_of ON presence (scope, environment, component, version, digest, uncertain, target) WHERE until = 0;
