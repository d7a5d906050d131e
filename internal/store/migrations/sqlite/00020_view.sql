-- +goose Up
-- What is where, by environment and component: counted from the index alone, now and in the past.
CREATE INDEX presence_stands ON presence (scope, environment, component, version, since, uncertain) WHERE until = 0;
CREATE INDEX presence_stood ON presence (scope, component, environment, since, until, version, uncertain);
CREATE INDEX presence_doubted ON presence (scope, component, environment) WHERE until = 0 AND uncertain = 1;
CREATE INDEX drift_standing_of ON drift (scope, component, environment) WHERE standing = 1;

-- Which components a deployment is of.
CREATE INDEX deployment_component_of ON deployment_component (scope, deployment, component);

-- How many deployments there are, and how many there were in a span of time.
CREATE INDEX deployment_counted ON deployment (scope, environment, state, result);
CREATE INDEX deployment_strip ON deployment (scope, begins, environment, result) WHERE begins > 0;
