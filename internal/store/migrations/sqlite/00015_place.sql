-- +goose Up
-- Which versions of which components are now in an environment, without a look at every target.
CREATE INDEX presence_now_of ON presence (scope, environment, component, version, uncertain) WHERE until = 0;
