"""Where the files of archives lie: a folder of this machine, or a bucket of an object store.

`interface` says what a storage can do; `folder_storage` does it in a folder, by `folder_files`, which opens nothing through a link;
`object_storage` in a bucket, with `object_file` to read by ranges and `store_errors` to say what failed.
`location` reads what `--archive` names, `opening` opens it. `named_errors` puts a file's name into the errors of its descriptor.
"""
