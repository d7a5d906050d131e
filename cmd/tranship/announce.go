package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/announce"
	"tranship.dev/tranship/internal/practice"
)

// addAnnounceFlags adds the settings of how people and systems are told.
func addAnnounceFlags(cmd *cobra.Command, o *announce.Options, passwordFile *string) {
	flags := cmd.Flags()
	flags.StringVar(&o.SMTP.Server, "smtp", os.Getenv("TRANSHIP_SMTP"), "mail server HOST:PORT; port 465 is TLS, others STARTTLS; without one no mail is sent")
	flags.StringVar(&o.SMTP.From, "smtp-from", os.Getenv("TRANSHIP_SMTP_FROM"), "address that mail comes from")
	flags.StringVar(&o.SMTP.User, "smtp-user", os.Getenv("TRANSHIP_SMTP_USER"), "user at the mail server")
	flags.StringVar(passwordFile, "smtp-password-file", os.Getenv("TRANSHIP_SMTP_PASSWORD_FILE"), "file with the user's password; or set TRANSHIP_SMTP_PASSWORD")
	flags.BoolVar(&o.Inside, "announce-inside", os.Getenv("TRANSHIP_ANNOUNCE_INSIDE") == "true", "let webhooks lead to loopback and private addresses")
}

// readPassword takes the mail server's password from a file or the environment,
// never from a flag, which everybody on the machine can see.
func readPassword(s *announce.SMTP, file string) error {
	s.Password = os.Getenv("TRANSHIP_SMTP_PASSWORD")
	if file == "" {
		return nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return practice.Faultf(practice.Invalid, "password of the mail server cannot be read: %v", err)
	}
	s.Password = strings.TrimRight(string(raw), "\r\n")
	return nil
}
