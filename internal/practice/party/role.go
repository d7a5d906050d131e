package party

// aboutRoles says in words who has a role.
var aboutRoles = map[Role]string{
	Administrator: "runs Tranship: may do everything, and says who may do what",
	Manager:       "answers for how deployments go: documents, library, deployments, agents",
	Practitioner:  "carries deployments out: plans and runs them, and admits versions",
	Approver:      "decides where a group asks, and looks",
	Integrator:    "is a tool: adds media, and says what became of a change",
	Viewer:        "looks",
	Executor:      "is an agent: fetches media for its targets",
}

// aboutActions says in words what an action is.
var aboutActions = map[Action]string{
	View:       "read anything but secrets",
	Configure:  "apply documents: environments, targets, models, windows, triggers, subscriptions",
	Empower:    "apply the documents that say who people are and who approves, and take away what holds deployments up",
	Stock:      "add, admit and withdraw versions, push media",
	Fetch:      "fetch media",
	Plan:       "make plans",
	Deploy:     "request, pause, cancel and guide deployments, and fire triggers",
	Approve:    "vote where a group asks for it, and complete reviews",
	Integrate:  "say what an outside tool decided of a change",
	Enrol:      "let agents enrol, and revoke them",
	Administer: "make tokens and sign-in codes, end sessions of others, see secrets of webhooks, replace keys, make backups",
}

// About says in words who has the role; "" for an unknown one.
func (r Role) About() string { return aboutRoles[r] }

// About says in words what the action is; "" for an unknown one.
func (a Action) About() string { return aboutActions[a] }
