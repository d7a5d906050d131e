package record

// Kinds of entry whose data the package reads when it states a deployment.
// Their subject is the deployment ("deployment/D-12"), so that they form one
// chain; entry.Target names the target where one is concerned. Data lists the keys
// that are read, without their prefix Data. Rooms may enter other kinds; a
// bundle carries them, a statement does not speak of them.
const (
	// Requested: somebody asked for a deployment. Data: Environment, Release,
	// Direction, Plan, PlanDigest, Model, Artifacts, PlannedStart, PlannedEnd,
	// Supersedes, Remediates.
	Requested = "deployment.requested"
	// Planned: its plan was frozen. Data: as of Requested; a later value counts.
	Planned = "deployment.planned"
	// Rescheduled: it was given another time. Data: PlannedStart, PlannedEnd.
	Rescheduled = "deployment.rescheduled"
	// Authorised: who and why authorised it. Data: PlanDigest.
	Authorised = "deployment.authorised"
	// Voided: what was authorised before does not hold any more.
	Voided = "authorisation.voided"
	// StateChanged: it moved on. Data: From, To.
	StateChanged = "deployment.state-changed"
	// GateJudged: a gate opened or closed. Data: Gate, Open, Reasons. The last
	// verdict of the gate AcceptanceGate without a target is the acceptance.
	GateJudged = "gate.judged"
	// OrderIssued: an executor was told to work on entry.Target. Data: Order, Phase, Wave, Attempt.
	OrderIssued = "order.issued"
	// ReportReceived: an executor (entry.Who, a machine or a person) reported on
	// entry.Target. Data: Order, Phase, Step, Outcome, Started, Message. One with
	// Step and Outcome is a step of the statement.
	ReportReceived = "report.received"
	// EvidenceAdded: something that proves what was done. Data: Evidence.
	EvidenceAdded = "evidence.added"
	// Ended: the deployment was closed; nothing follows but corrections. Data: Result.
	Ended = "deployment.closed"
	// Corrected: an earlier entry was wrong; why says how. Data: Corrects.
	Corrected = "record.corrected"
)

// Keys of entry.Data. All are texts unless said otherwise.
const (
	DataEnvironment  = "environment"
	DataRelease      = "release"
	DataDirection    = "direction"
	DataPlan         = "plan"
	DataPlanDigest   = "planDigest"   // "sha256:..."
	DataModel        = "model"        // object: name, revision (number), digest
	DataArtifacts    = "artifacts"    // list of objects: name, version, digest, reference
	DataTargets      = "targets"      // list of texts; the targets of entries are added to it
	DataPlannedStart = "plannedStart" // RFC 3339, UTC
	DataPlannedEnd   = "plannedEnd"   // RFC 3339, UTC
	DataSupersedes   = "supersedes"   // a deployment
	DataRemediates   = "remediates"   // a deployment
	DataFrom         = "from"
	DataTo           = "to"
	DataGate         = "gate"
	DataOpen         = "open"    // true or false
	DataReasons      = "reasons" // list of objects with a message, as practice.Reason, or of texts
	DataOrder        = "order"
	DataPhase        = "phase"
	DataWave         = "wave"    // number
	DataAttempt      = "attempt" // number
	DataStep         = "step"
	DataOutcome      = "outcome"
	DataStarted      = "started" // RFC 3339, by the executor's clock
	DataMessage      = "message"
	DataEvidence     = "evidence" // object: name, digest, reference, mediaType
	DataResult       = "result"
	DataCorrects     = "corrects" // number: the index of the entry
)

// Values that a statement understands.
const (
	AcceptanceGate = "acceptance"
	Executing      = "executing" // To of the state change that starts the work
)

// DeploymentSubject gives the subject of a deployment's entries.
func DeploymentSubject(id string) string { return deploymentPrefix + id }

const deploymentPrefix = "deployment/"
