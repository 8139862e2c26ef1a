// Command trivydb writes a vulnerability database in Trivy's format. Its first argument names a file with
// a JSON array of documents, one for each system; its second one names the file to write.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

type document struct {
	Platform   string     `json:"platform"`
	DataSource dataSource `json:"dataSource"`
	Advisories []advisory `json:"advisories"`
}

type dataSource struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

type advisory struct {
	Source       string `json:"source"`
	ID           string `json:"id"`
	FixedVersion string `json:"fixedVersion"`
	Title        string `json:"title"`
	Severity     string `json:"severity"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: trivydb ADVISORIES.json DATABASE")
	}
	input, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer input.Close()
	var documents []document
	decoder := json.NewDecoder(input)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&documents); err != nil {
		return fmt.Errorf("reading advisories: %w", err)
	}
	db, err := bbolt.Open(args[1], 0o644, nil)
	if err != nil {
		return err
	}
	if err := db.Update(func(tx *bbolt.Tx) error { return writeAll(tx, documents) }); err != nil {
		db.Close()
		return err
	}
	return db.Close()
}

func writeAll(tx *bbolt.Tx, documents []document) error {
	for _, doc := range documents {
		if err := write(tx, doc); err != nil {
			return err
		}
	}
	return nil
}

func write(tx *bbolt.Tx, doc document) error {
	source := map[string]string{
		"ID": doc.DataSource.ID, "Name": doc.DataSource.Name, "URL": doc.DataSource.URL,
	}
	if err := put(tx, []string{"data-source"}, doc.Platform, source); err != nil {
		return err
	}
	if _, err := tx.CreateBucketIfNotExists([]byte(doc.Platform)); err != nil {
		return err
	}
	if _, err := tx.CreateBucketIfNotExists([]byte("vulnerability")); err != nil {
		return err
	}
	for _, a := range doc.Advisories {
		fix := map[string]string{"FixedVersion": a.FixedVersion}
		if err := put(tx, []string{doc.Platform, a.Source}, a.ID, fix); err != nil {
			return err
		}
		detail := map[string]string{"Title": a.Title, "Severity": a.Severity}
		if err := put(tx, []string{"vulnerability"}, a.ID, detail); err != nil {
			return err
		}
	}
	return nil
}

// put stores a value as JSON in nested buckets, which it creates if they are absent.
func put(tx *bbolt.Tx, buckets []string, key string, value any) error {
	bucket, err := tx.CreateBucketIfNotExists([]byte(buckets[0]))
	if err != nil {
		return err
	}
	for _, name := range buckets[1:] {
		if bucket, err = bucket.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return bucket.Put([]byte(key), text)
}
