package control

// The entries of what is said of a change, which belong to the deployment.
const (
	entryChangeConfirmed = "change.confirmed" // data: change, subject, validUntil
	entryChangeRefused   = "change.refused"   // data: change, subject; revoked, where it was confirmed before
)
