package library

import (
	"path"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Upload is files that come in one by one, to become one version of a component
// together. Only who began it adds to it.
type Upload struct {
	ID        string         `json:"id"`
	Component string         `json:"component"`
	By        practice.Actor `json:"by"`
	At        time.Time      `json:"at" doc:"When it was begun."`
	Until     time.Time      `json:"until" doc:"When it is removed, unless something is added before."`
	Files     []UploadedFile `json:"files" doc:"What came, whole or in part, by path; the first thousand."`
	Count     int            `json:"count" doc:"How many files came, whole or in part."`
	Size      int64          `json:"size" doc:"Bytes that came."`
}

// UploadedFile is one file of an upload.
type UploadedFile struct {
	Path   string          `json:"path"`
	Size   int64           `json:"size" doc:"Bytes that came."`
	Whole  bool            `json:"whole" doc:"Whether all of it came; otherwise what is missing is sent from its size on."`
	Digest practice.Digest `json:"digest,omitempty" doc:"Of its bytes; told by the request that made it whole."`
}

// UploadPiece is bytes of a file of an upload.
type UploadPiece struct {
	Path       string
	From       int64 // where in the file they begin: how much of it came before
	Size       int64 // of the whole file
	Executable bool  // the file may be run
}

// Packing says how the files of an upload become a version.
type Packing struct {
	Version string
	Unpack  bool // its only file is an archive, whose content is meant
}

// The bounds of an upload, as those of a fetch.
const (
	UploadDepth = 64   // directories above a file
	uploadName  = 255  // bytes of a name
	uploadPath  = 4096 // bytes of a path
)

// CheckUploadPath says whether a file of an upload may be called so: relative,
// plain, with slashes. Invalid, with the reason.
func CheckUploadPath(name string) error {
	refuse := func(why string) error {
		return practice.Faultf(practice.Invalid, "path %q %s", name, why).WithHint("name the file as it lies below its directory: bin/web").Final()
	}
	switch {
	case name == "":
		return refuse("is empty")
	case len(name) > uploadPath:
		return refuse("is longer than 4096 bytes")
	case strings.ContainsAny(name, "\\\x00"):
		return refuse("has a backslash or a zero byte")
	case !strings.HasPrefix(path.Clean("/"+name), "/"+name) || path.Clean(name) != name || path.IsAbs(name) || name == ".":
		return refuse("leads elsewhere than it reads")
	case strings.Count(name, "/") > UploadDepth:
		return refuse("lies deeper than 64 directories")
	}
	for part := range strings.SplitSeq(name, "/") {
		if len(part) > uploadName {
			return refuse("has a name longer than 255 bytes")
		}
	}
	return nil
}

// SourceName gives what is worth keeping of where a version was taken from: a
// reference as it is, of a path on a machine its last name. Where somebody keeps
// files on their machine helps nobody and is nobody's business.
func SourceName(source string) string {
	if strings.Contains(source, "://") {
		return source
	}
	plain := strings.TrimRight(strings.ReplaceAll(source, "\\", "/"), "/")
	if !path.IsAbs(plain) && !(len(plain) > 1 && plain[1] == ':') && !strings.HasPrefix(plain, "~") {
		return source
	}
	return path.Base(plain)
}
