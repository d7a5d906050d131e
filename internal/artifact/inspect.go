package artifact

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"sync/atomic"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// Found is an artifact that lies in a registry.
type Found struct {
	Digest    practice.Digest // of the manifest
	Size      int64           // of all layers, bytes
	MediaType string          // what it holds
	Reference string          // "oci://HOST/REPOSITORY@DIGEST": this content, whatever becomes of the tag
}

// Inspect asks a registry what lies at "oci://HOST/REPOSITORY:TAG" or
// "...@DIGEST", without fetching it. The errors are those of Fetch.
func Inspect(ctx context.Context, s Source, reference string) (Found, error) {
	if !strings.HasPrefix(reference, "oci://") {
		return Found{}, practice.Faultf(practice.Invalid, "reference %q does not begin with oci://", reference).Final()
	}
	o, err := s.find(plan.Artifact{Reference: reference})
	if err != nil {
		return Found{}, err
	}
	defer o.release()
	o.what = reference
	ctx, stop := o.watch(ctx, new(atomic.Int64))
	defer stop()
	if o.ref.Reference == "" {
		return Found{}, practice.Faultf(practice.Invalid, "reference %q names neither tag nor digest", reference).Final()
	}
	raw, err := o.manifest(ctx, o.ref.Reference)
	if err != nil {
		return Found{}, err
	}
	layers, err := o.admit(raw, math.MaxInt64)
	if err != nil {
		return Found{}, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return Found{}, o.refuse("its manifest cannot be read: %v", err)
	}
	f := Found{Digest: practice.DigestOf(raw), MediaType: m.ArtifactType}
	if f.MediaType == "" {
		f.MediaType = m.Config.MediaType
	}
	for _, d := range layers {
		f.Size += d.Size
	}
	f.Reference = "oci://" + o.ref.Registry + "/" + o.ref.Repository + "@" + string(f.Digest)
	return f, nil
}

// Tag gives the tag under which a version is pushed: versions may have a "+", which tags may not.
func Tag(version string) string { return strings.ReplaceAll(version, "+", "_") }
