package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Local gives path, which the input field names, relative to the target's
// root: "/opt/app" and "opt/app" are both "opt/app". A path that leads out of
// the root is refused; the root itself is ".".
func Local(field, path string) (string, error) {
	local := filepath.Clean(strings.TrimLeft(path, "/"))
	if !filepath.IsLocal(local) || strings.ContainsRune(path, 0) {
		return "", BadInput(field, "give a path below the target's root, without ..", "leads out of the target's root")
	}
	return local, nil
}

// Directory gives the real absolute path of the directory that the input field
// names, relative to root. It must exist, and below a root other than "/" no
// symbolic link may lead out of it.
func Directory(root, field, path string) (string, error) {
	local, err := Local(field, path)
	if err != nil {
		return "", err
	}
	tree, err := os.OpenRoot(root)
	if err != nil {
		return "", fmt.Errorf("target's root: %w", err)
	}
	defer tree.Close()
	resolved, err := filepath.EvalSymlinks(filepath.Join(root, local))
	if errors.Is(err, fs.ErrNotExist) {
		return "", BadInput(field, "a step before this one must make it", "does not exist on the target")
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", field, err)
	}
	info, err := os.Stat(resolved)
	if err == nil && filepath.Clean(root) != "/" {
		info, err = tree.Stat(local)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", field, err)
	}
	if !info.IsDir() {
		return "", BadInput(field, "", "is not a directory")
	}
	return resolved, nil
}
