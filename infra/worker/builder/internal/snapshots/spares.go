package snapshots

import (
	"os"
	"slices"
)

// spare is an unused folder of private copies. The next writable folder of the same image starts from it
// and copies only the differences.
type spare struct {
	dir string
	// mirrors are the ids of the committed folder whose files it copies, and of the folders below.
	mirrors []string
	files   map[string]original
}

// addSpare keeps the newest spare folder of each image.
func (s *Store) addSpare(added *spare) error {
	image := added.mirrors[len(added.mirrors)-1]
	err := s.dropSpares(func(old *spare) bool { return old.mirrors[len(old.mirrors)-1] == image })
	s.spares = append(s.spares, added)
	return err
}

// takeSpare moves the spare folder that is nearest to these parents to dir, if there is one, and returns
// its contents.
func (s *Store) takeSpare(dir string, parents []string) (map[string]original, error) {
	best, distance := -1, len(parents)
	for index, candidate := range s.spares {
		common := slices.IndexFunc(parents, func(id string) bool { return slices.Contains(candidate.mirrors, id) })
		if common >= 0 && common < distance {
			best, distance = index, common
		}
	}
	if best < 0 {
		return nil, nil
	}
	taken := s.spares[best]
	s.spares = slices.Delete(s.spares, best, best+1)
	if err := os.Rename(taken.dir, dir); err != nil {
		return nil, err
	}
	return taken.files, nil
}

// dropForgotten removes the spare folders of a deleted committed folder, because its inode numbers may be
// reused by other files.
func (s *Store) dropForgotten(id string) error {
	return s.dropSpares(func(one *spare) bool { return one.mirrors[0] == id })
}

func (s *Store) dropSpares(which func(*spare) bool) error {
	var failure error
	s.spares = slices.DeleteFunc(s.spares, func(one *spare) bool {
		if !which(one) {
			return false
		}
		if err := os.RemoveAll(one.dir); err != nil {
			failure = err
		}
		return true
	})
	return failure
}
