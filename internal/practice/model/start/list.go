package start

import "tranship.dev/tranship/internal/practice/library"

// onHosts are the starts whose targets are hosts.
func onHosts() []Start {
	return []Start{
		{Name: "files", Title: "Files on hosts", Kind: library.Software,
			Says: "Configuration, pages or tools, in waves: one host, half, the rest. Switched in one moment, compared byte for byte, brought back by itself when a wave fails."},
		{Name: "rolling-service", Title: "A systemd service, rolling", Kind: library.Software, Needs: "hosts with systemd",
			Says: "A program with its unit, a quarter of the hosts at a time. Each wave must answer over HTTP; its health is watched from then on."},
		{Name: "canary-service", Title: "A service behind a canary", Kind: library.Software,
			Says: "A program that the agent keeps running. Canaries change first, are watched for ten minutes and soak for thirty before the others follow."},
		{Name: "blue-green", Title: "Blue-green on hosts", Kind: library.Software,
			Says: "Two places on each host take turns. The new release is looked at where nobody uses it; a person lets a link switch over, and going back only switches."},
		{Name: "packages", Title: "Debian or Ubuntu packages", Kind: library.Software, Needs: "Debian or Ubuntu; an agent that runs as root",
			Says: "The package itself is the version, so that what was approved is installed. One host, ten percent, the rest; whether it is whole, or gone, is looked at."},
		{Name: "software-in-house", Title: "Software made in house", Kind: library.Software, Needs: "a pipeline that sends test results in; an install program in each version",
			Says: "The pipeline's tests decide whether it goes on. Its origin is recorded, a third party does its part by hand before live, and each wave is smoke-tested."},
		{Name: "software-for-consumers", Title: "Software for consumers outside", Kind: library.Software, Needs: "signed versions; test results of partners and of security",
			Says: "Partners test it, security and commerce agree, a roadshow is held; pilot consumers get it a day before all others, who are told."},
	}
}

// elsewhere are the starts for what is no host, or no software.
func elsewhere() []Start {
	return []Start{
		{Name: "kubernetes", Title: "Manifests in Kubernetes", Kind: library.Software, Needs: "an agent with kubectl and its access to the cluster",
			Says: "One cluster after the other: applied by kubectl, accepted when the rollout is done, its replicas watched from then on."},
		{Name: "database", Title: "A migration of a database", Kind: library.Data, Needs: "the programs backup, migrate and at in each version",
			Says: "A person says when. Backed up first, then migrated by a step that says what it cannot undo; when it fails, a person decides."},
		{Name: "document", Title: "A document", Kind: library.Documentation,
			Says: "Read by somebody who knows the subject, published whole, and not done before the readers have been told."},
		{Name: "licence", Title: "A licence", Kind: library.Licence, Needs: "a file valid-until with a date in each version",
			Says: "Whether the contract covers it is asked first. The key is placed, and shows as degraded thirty days before it ends."},
	}
}

// byHand are the starts in which people do the work, and the one that ends things.
func byHand() []Start {
	return []Start{
		{Name: "hardware", Title: "Hardware, set up by hand", Kind: library.Hardware, Needs: "test results of the burn-in",
			Says: "A supplier's units, rack by rack: delivered, mounted, burned in, registered. Each answer of a person is recorded with its serial numbers."},
		{Name: "hardware-for-consumers", Title: "Hardware for consumers outside", Kind: library.Hardware,
			Says: "Procurement authorised, carrier booked, appointment made, signed for: one consumer's premises after the other."},
		{Name: "retirement", Title: "Taking a component out of service", Kind: library.Software,
			Says: "Asked whether anybody still uses it, its data kept aside, taken off one host after the other, looked at afterwards."},
	}
}
