-- +goose Up

CREATE TABLE vote (
    scope      TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    person     TEXT COLLATE "C" NOT NULL,
    withdrawn  BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);
CREATE INDEX vote_deployment ON vote (scope, deployment, number);

-- What votes are given on.
CREATE TABLE subject (
    scope      TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, deployment, digest),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);

CREATE TABLE change (
    scope      TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, name, deployment),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);
CREATE INDEX change_deployment ON change (scope, deployment, name);

-- What people were told already.
CREATE TABLE notice (
    scope      TEXT COLLATE "C" NOT NULL,
    deployment BIGINT NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (scope, deployment, key),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);

CREATE TABLE review (
    scope      TEXT COLLATE "C" NOT NULL,
    number     BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    policy     TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (scope, number),
    FOREIGN KEY (scope, deployment) REFERENCES deployment (scope, number)
);
CREATE UNIQUE INDEX review_duty ON review (scope, deployment, policy);
CREATE INDEX review_deployment ON review (scope, deployment, number);
CREATE INDEX review_state ON review (scope, state, number);

-- How often deployments with a model succeeded is a part of what they risk.
ALTER TABLE deployment ADD COLUMN model TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE deployment SET model = coalesce(body::json -> 'header' -> 'model' ->> 'name', '');
CREATE INDEX deployment_model ON deployment (scope, model, number) WHERE closed = 1;
