package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
)

// maxDocumentFile is what the server takes of one file.
const maxDocumentFile = 8 << 20

// readDocuments reads files, directories and the input ("-") in their order,
// each file once.
func readDocuments(stdin io.Reader, names []string) ([]client.File, error) {
	var files []client.File
	seen := map[string]bool{}
	for _, name := range names {
		paths := []string{name}
		if name != "-" {
			var err error
			if paths, err = documentPaths(name); err != nil {
				return nil, err
			}
		}
		for _, path := range paths {
			clean := filepath.Clean(path)
			if seen[clean] {
				continue
			}
			seen[clean] = true
			text, err := readDocument(stdin, path)
			if err != nil {
				return nil, err
			}
			files = append(files, client.File{Name: path, Text: text})
		}
	}
	return files, nil
}

func documentPaths(name string) ([]string, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, practice.Faultf(practice.NotFound, "there is no file or directory %s", name).Final()
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var paths []string
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(path)); ext == ".yaml" || ext == ".yml" {
			paths = append(paths, path)
		}
		return nil
	})
	if err == nil && len(paths) == 0 {
		err = practice.Faultf(practice.NotFound, "there is no *.yaml or *.yml in %s", name).Final()
	}
	slices.Sort(paths)
	return paths, err
}

func readDocument(stdin io.Reader, path string) (string, error) {
	source := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		source = file
	}
	raw, err := io.ReadAll(io.LimitReader(source, maxDocumentFile+1))
	if err == nil && len(raw) > maxDocumentFile {
		err = misuse("%s is larger than %s", path, volume(maxDocumentFile)).WithHint("part it into several files")
	}
	return string(raw), err
}
