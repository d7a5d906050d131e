// Package httpapi is the way in over HTTP: the REST API with its OpenAPI
// description, the stream of events, the OCI registry's place, health and metrics.
package httpapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// Options is what the API needs.
type Options struct {
	Control   *control.Control
	Scope     practice.Scope
	Documents Documents
	Events    Events
	Registry  http.Handler                                         // serves /v2/; it asks for tokens itself
	Uploads   Uploads                                              // where files wait that become a version
	Metrics   http.Handler                                         // serves /metrics to those who may view
	WriteFeed func(w io.Writer, content control.FeedContent) error // as iCalendar
	Backup    func(ctx context.Context, w http.ResponseWriter) error
	Ready     func(ctx context.Context) error // nil when the server can serve
	CA        []byte                          // PEM of the authority that signed the server's certificate; nil when it serves plain HTTP
	Keys      func() RecordKeys
	Running   func() (Running, error) // what the server is started with
	Revoked   func(agent string)      // cuts a revoked agent off at once; may be nil
	Stopping  <-chan struct{}         // closed when streams must end; may be nil
	Web       Web                     // the web interface; nil: none is served
	Version   string
	Log       *slog.Logger
	Now       func() time.Time
}

// Documents reads configuration documents; see the room of that name.
type Documents interface {
	// Read gives the documents of some files, or Invalid with every defect of all of them.
	Read(files []control.File) ([]control.Proposed, error)
	// Write gives a document as YAML.
	Write(d practice.Document) ([]byte, error)
	// Schema gives the JSON Schema of all kinds.
	Schema() ([]byte, error)
}

// Web serves the web interface.
type Web interface {
	// Before answers what belongs to the interface, and gives the rest to next.
	Before(next http.Handler) http.Handler
	// Build names what is served; another name is another interface.
	Build() string
}

// Events tells when the record grows.
type Events interface {
	// Listen gives a channel that gets the record's size when it has grown, and
	// a function that ends it. Sizes may be skipped, never the last.
	Listen(scope practice.Scope) (sizes <-chan int64, stop func())
}

// RecordKeys are the public keys with which records are verified.
type RecordKeys struct {
	Record []signature.PublicKey `json:"record" doc:"Keys that sign checkpoints and bundles, the present one first."`
	Orders []signature.PublicKey `json:"orders" doc:"Keys that sign orders, the present one first."`
}

type server struct {
	Options
	api   huma.API
	feeds feedLimit
}

// New gives the whole way in. It refuses when a route does not say who may use it.
func New(o Options) (http.Handler, error) {
	s := &server{Options: o}
	mux := http.NewServeMux()
	s.api = humago.New(mux, apiConfig(o.Version))
	s.api.UseMiddleware(s.authorise, everyValue)
	s.register()
	if err := checkRoutes(s.api); err != nil {
		return nil, err
	}
	s.plain(mux)
	return s.outer(sameOrigin(mux)), nil
}

// Description gives the OpenAPI 3.1 description of the API as YAML; older gives
// it as OpenAPI 3.0, for generators that know no better.
func Description(version string, older bool) ([]byte, error) {
	s := &server{Options: Options{Version: version, Log: slog.Default()}}
	s.api = humago.New(http.NewServeMux(), apiConfig(version))
	s.register()
	if err := checkRoutes(s.api); err != nil {
		return nil, err
	}
	if older {
		// The client tells a bound of 0 from none.
		for name, property := range map[string]string{"PlanHeader": "maxFailuresTotal", "PlanWave": "maxFailures"} {
			s.api.OpenAPI().Components.Schemas.Map()[name].Properties[property].Extensions = map[string]any{"x-go-type-skip-optional-pointer": false}
		}
		return s.api.OpenAPI().DowngradeYAML()
	}
	return s.api.OpenAPI().YAML()
}

// settle makes the setting that huma keeps for the whole process, once.
var settle = sync.OnceFunc(func() { huma.NewError = humaError })

func apiConfig(version string) huma.Config {
	settle()
	config := huma.DefaultConfig("Tranship", version)
	config.Info.Description = "Deployment management: environments, targets, library, models, plans, deployments, records.\n\n" +
		"Every answer says in Tranship-Version which server gave it, and in Tranship-Build which web interface it serves."
	config.Info.License = &huma.License{Name: "Apache-2.0"}
	config.OpenAPIPath = "/openapi"
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil // no $schema links in answers
	config.Formats = map[string]huma.Format{"application/json": wholeJSON, "json": wholeJSON}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token: tsp_..."},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "A session of a browser. What changes something needs the header Tranship-Csrf as well."},
	}
	return config
}

func (s *server) register() {
	s.registerDocuments()
	s.registerComponents()
	s.registerTargets()
	s.registerStarts()
	s.registerLibrary()
	s.registerUploads()
	s.registerPlans()
	s.registerDeployments()
	s.registerGuidance()
	s.registerCalendar()
	s.registerFeeds()
	s.registerApprovals()
	s.registerAnew()
	s.registerChanges()
	s.registerInventory()
	s.registerDrift()
	s.registerHealth()
	s.registerJourneys()
	s.registerTriggers()
	s.registerAgents()
	s.registerTokens()
	s.registerOverview()
	s.registerSessions()
	s.registerAccounts()
	s.registerRoles()
	s.registerSettings()
	s.registerRecord()
	s.registerAnnouncements()
	s.registerEvents()
	described(s.api)
	listsAreLists(s.api.OpenAPI())
}

// described completes what the routes say of themselves.
func described(api huma.API) {
	for _, item := range api.OpenAPI().Paths {
		for _, op := range operations(item) {
			describeLists(op)
		}
	}
}

func operation(id, method, path, tag, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tag}, Summary: summary}
}
