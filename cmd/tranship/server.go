package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tranship.dev/tranship/internal/backup"
	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/keyring"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/store"
	"tranship.dev/tranship/internal/wiring"
)

// logFlags say how a long-running verb logs.
type logFlags struct{ level, format string }

func (f *logFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.level, "log-level", fallback("TRANSHIP_LOG_LEVEL", "info"), "debug, info, warn or error")
	cmd.Flags().StringVar(&f.format, "log-format", fallback("TRANSHIP_LOG_FORMAT", "text"), "text or json")
}

func (f *logFlags) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, practice.Faultf(practice.Invalid, "log level %q is not debug, info, warn or error", f.level)
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, practice.Faultf(practice.Invalid, "log format %q is not text or json", f.format)
}

// fallback gives a setting of the environment, or a default.
func fallback(variable, value string) string {
	if set := os.Getenv(variable); set != "" {
		return set
	}
	return value
}

// dataDirectory is where the server keeps everything by default.
func dataDirectory() string {
	if os.Geteuid() == 0 {
		return "/var/lib/tranship"
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "tranship-data"
	}
	return filepath.Join(home, ".local", "share", "tranship")
}

// addDataFlag adds the flag for the data directory; help says the default for everybody.
func addDataFlag(cmd *cobra.Command, dir *string, usage string) {
	cmd.Flags().StringVar(dir, "data", fallback("TRANSHIP_DATA", dataDirectory()), usage)
	cmd.Flags().Lookup("data").DefValue = "/var/lib/tranship, or ~/.local/share/tranship for others than root"
}

func serverCommand() *cobra.Command {
	o := wiring.ServerOptions{Version: version}
	logs, password := &logFlags{}, ""
	cmd := &cobra.Command{
		Use:   "server",
		Short: "Run the server",
		Long: "Run the server with its embedded database, bus and registry.\n\n" +
			"At its first start it prints an administrator token and an address to sign in\n" +
			"with a browser, once. On a loopback address it serves plain HTTP; on any other\n" +
			"it serves TLS, with the certificate that is given or with one of an authority\n" +
			"of its own.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := readPassword(&o.Announce.SMTP, password); err != nil {
				return err
			}
			o.Started = startOptions(cmd)
			return runServer(cmd.Context(), o, logs, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addDataFlag(cmd, &o.Dir, "data directory")
	cmd.Flags().StringVar(&o.Listen, "listen", fallback("TRANSHIP_LISTEN", "127.0.0.1:8470"), "address of the API and the registry")
	cmd.Flags().StringVar(&o.BusListen, "bus-listen", fallback("TRANSHIP_BUS_LISTEN", "127.0.0.1:8471"), "address that agents connect to")
	cmd.Flags().StringVar(&o.Advertise, "advertise", os.Getenv("TRANSHIP_ADVERTISE"), "host name or address that agents reach the server by")
	cmd.Flags().StringVar(&o.CertFile, "tls-cert", os.Getenv("TRANSHIP_TLS_CERT"), "certificate in PEM")
	cmd.Flags().StringVar(&o.KeyFile, "tls-key", os.Getenv("TRANSHIP_TLS_KEY"), "key of the certificate in PEM")
	addAnnounceFlags(cmd, &o.Announce, &password)
	cmd.Flags().IntVar(&o.Limits.Running, "max-running", 0, "at most so many deployments run at the same time; 0: any number")
	cmd.Flags().Int64Var(&o.Limits.Log, "max-log", 1<<30, "at most so many bytes of what the steps of one deployment print are kept")
	cmd.Flags().StringToIntVar(&o.Limits.Tools, "max-running-with", nil, "at most so many at the same time that use a driver: terraform=1,helm=2")
	logs.add(cmd)
	return cmd
}

// startOptions gives what the flags of a command say, for those who look at the
// running server. No flag holds a secret.
func startOptions(cmd *cobra.Command) (list []httpapi.StartOption) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		option := httpapi.StartOption{Flag: "--" + f.Name, Value: f.Value.String(), From: "default", About: f.Usage}
		if variable := "TRANSHIP_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")); f.Changed {
			option.From = "flag"
		} else if set := os.Getenv(variable); set != "" && set == option.Value {
			option.From, option.Variable = "environment", variable
		}
		list = append(list, option)
	})
	return list
}

func runServer(ctx context.Context, o wiring.ServerOptions, logs *logFlags, out, errs io.Writer) error {
	log, err := logs.logger(errs)
	if err != nil {
		return err
	}
	o.Log = log
	s, err := wiring.StartServer(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	if s.Bootstrap != "" {
		fmt.Fprint(out, welcome(s))
	}
	log.Info("ready", "url", s.URL, "bus", s.BusURL, "data", o.Dir, "version", version)
	return s.Wait(ctx)
}

func welcome(s *wiring.Server) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Administrator token, shown this once:\n\n    %s\n\nSign in with:\n\n    tranship login %s --token %s", s.Bootstrap, s.URL, s.Bootstrap)
	if len(s.CA) > 0 {
		fmt.Fprintf(&b, " --ca ca.pem\n\nwhere ca.pem is the server's own authority:\n\n%s", s.CA)
	}
	fmt.Fprintf(&b, "\n\nIn a browser, once and within a day:\n\n    %s", s.SignIn)
	b.WriteString("\n\n")
	return b.String()
}

func restoreCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "restore BACKUP",
		Short: "Restore a backup into a new data directory",
		Long: "Restore a backup into a data directory that is absent or empty. Every file is\n" +
			"checked before anything is put in place. The server that starts on it begins a\n" +
			"new epoch: agents refuse orders that were signed before.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRestore(cmd.Context(), args[0], dir, cmd.OutOrStdout())
		},
	}
	addDataFlag(cmd, &dir, "data directory to make")
	return cmd
}

func runRestore(ctx context.Context, file, dir string, out io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return practice.Faultf(practice.Invalid, "backup %s cannot be read: %v", file, err)
	}
	defer f.Close()
	head, err := backup.Restore(f, dir)
	if err != nil {
		return err
	}
	if err := store.CheckBackup(ctx, filepath.Join(dir, "tranship.db")); err != nil {
		return err
	}
	ring, err := keyring.Open(filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	if err := ring.RaiseEpoch(); err != nil {
		return err
	}
	fmt.Fprintf(out, "restored the state of %s into %s, as epoch %d\nnext: tranship server --data %s\n", head.At.Local().Format("2006-01-02 15:04:05"), dir, ring.Epoch(), dir)
	return nil
}

// checkBackup says what is wrong with a backup.
func checkBackup(r io.Reader) error {
	_, err := backup.Verify(r)
	return err
}
